"""Getting the evidence: find flow logs in Azure Storage, copy them once, prove they are unchanged."""

from nsgkit.acquire.sources import is_container, list_logs

__all__ = ["is_container", "list_logs"]
