"""Pages, made from results and figures."""
