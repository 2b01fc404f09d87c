"""Ranges that are everybody's, and so nobody's internet."""

# What is nobody's internet: private (RFC 1918, ULA), shared (RFC 6598), link-local, and the two addresses at
# which Azure's platform itself speaks to a machine.
NOT_THE_INTERNET = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "100.64.0.0/10", "169.254.0.0/16",
    "fe80::/10", "168.63.129.16/32", "169.254.169.254/32",
)  # fmt: skip
