"""Descriptors: numbers measured on a region, one file per kind. See `base` for the contract."""
