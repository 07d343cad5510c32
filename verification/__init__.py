"""Long statistical checks, run by ``python -m verification``; their last results are committed beside them."""
