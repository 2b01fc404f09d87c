"""Where an address is, and who says so."""
