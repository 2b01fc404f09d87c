"""The filter that stands before every question, such as `dst_port:22 denied`."""
