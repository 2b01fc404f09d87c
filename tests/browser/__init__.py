"""JupyterLab in Chromium, driven as a person would."""
