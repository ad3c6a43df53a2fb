"""Writers: an executed notebook or a chart in, the bytes of one output format out."""
