"""Searches for the quantisation of an ONNX encoder that its user's constraints ask for, measured on the user's machine.

    python -m conceptlens_recipe.optimize MODEL_DIR --development DEV.json --out DIR

Started by `conceptlens optimize`, which reads the corpus. Pure: `space`, `pareto`, `needs`. numpy and onnxruntime alone:
`workloads`, `measure` (the process that runs candidates). All else needs the packages of the extra `optimize`.
"""
