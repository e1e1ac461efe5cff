"""Segmenters: from prompts to masks, one file per method. See `base` for the contract."""
