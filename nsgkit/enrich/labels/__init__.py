"""What an address is and whose: a label beside it, each from one source."""
