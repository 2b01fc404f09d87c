"""The stitch of a pandas flow table, in numpy: the conversations that engines find, several times faster."""
