"""From connections to the bytes of flow logs, defects included."""
