"""A real JupyterLab on loopback, with nobody's settings but its own."""

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 90  # seconds that anything has to appear: a machine may be slow, and do other things besides
QUIET = {"apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False}}


@dataclass(frozen=True)
class Server:
    """A running JupyterLab: its address, its token, the folder it serves, and its log."""

    address: str
    token: str
    root: Path
    log: Path

    def api(self, path, method="GET"):
        request = urllib.request.Request(
            f"{self.address}/api/{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or "null")

    def stop_kernels(self):
        for session in self.api("sessions"):
            self.api(f"sessions/{session['id']}", "DELETE")


@contextlib.contextmanager
def running():
    """Serve a copy of the notebooks and their data: autosave never reaches the repository."""
    with tempfile.TemporaryDirectory(prefix="nsgkit-lab-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        root = home / "root"
        for name in ("notebooks", "data"):
            if (REPOSITORY / name).exists():
                shutil.copytree(REPOSITORY / name, root / name)
        for page in REPOSITORY.glob("*.md"):
            shutil.copy(page, root)
        (root / "notebooks").mkdir(parents=True, exist_ok=True)
        server = Server(f"http://127.0.0.1:{_free_port()}", secrets.token_hex(16), root, home / "log.txt")
        with _process(server, home):
            yield server


@contextlib.contextmanager
def _process(server, home):
    for name, settings in QUIET.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(settings))
    with server.log.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            _command(server), env=_environment(home), cwd=server.root, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_up(server, process)
            yield
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def readme_options():
    """What README's first command gives JupyterLab: its root folder, and the notebook that it opens."""
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    return re.search(r"^python3 .* && \.venv/bin/jupyter lab (.+)$", readme, re.MULTILINE)[1].split()


def _command(server):
    """README's own command, run in the served folder, with what a test needs besides."""
    return [
        *(sys.executable, "-m", "jupyterlab", *readme_options()),
        *("--no-browser", "--allow-root", "--ip=127.0.0.1"),
        f"--port={server.address.rpartition(':')[2]}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={server.token}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]


def _environment(home):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
    own = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    return clean | {name: str(home / folder) for name, folder in own.items()}


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _wait_until_up(server, process, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            server.api("status")
            return
        time.sleep(0.1)
    raise RuntimeError("JupyterLab did not start:\n" + server.log.read_text("utf-8", errors="replace"))
