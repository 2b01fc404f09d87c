"""The question: who came in through a door, or tried. One kind a module."""
