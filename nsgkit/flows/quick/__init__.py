"""The stitch of a pandas table in numpy: the rule of `nsgkit.flows.stitch` and `fold`, many times faster."""
