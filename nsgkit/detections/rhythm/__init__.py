"""The question: who calls again and again, or without end. One kind a module."""
