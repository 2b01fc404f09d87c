"""Getting the evidence: find flow logs in Azure Storage, copy them once, prove they are unchanged."""
