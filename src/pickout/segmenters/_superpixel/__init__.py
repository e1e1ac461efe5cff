"""The parts of the `superpixel` segmenter."""
