"""The gallery, computed: findings measured on the bundled models, with the panels and words that they open as."""
