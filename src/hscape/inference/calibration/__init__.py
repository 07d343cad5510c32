"""Is the inference honest? Virtual patients with a known truth are explained, and the answers are held against it."""
