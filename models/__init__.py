"""The trained models that come with the lab: how they are made, and measured."""
