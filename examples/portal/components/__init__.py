"""The portal's own components."""
