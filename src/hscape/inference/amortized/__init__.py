"""A trained network that reads a chart at once: first impression, and start of the sampler."""
