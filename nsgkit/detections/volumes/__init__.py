"""The question: where is more than usual. One kind a module."""
