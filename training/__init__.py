"""Rebuilds the models that ship in ``pickout/models`` from folders of pictures.

``python -m training --help`` tells how; docs/engine.md tells what came out. Needs CatBoost and
scikit-learn, which pickout itself does not: ``pip install "pickout[train]"``.
"""
