"""all-MiniLM-L6-v2 as an ONNX graph: BERT encoder, mean pooling and L2 norm, in ONNX Runtime's fused operators.

Operators: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md (domain ``com.microsoft``).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from activities.models.minilm import WIDTH

Weights = Mapping[str, NDArray[np.float32]]

LAYERS, HEADS, EPSILON = 6, 12, 1e-12
FUSED = "com.microsoft"


class GraphWriter:
    """Nodes and constants in the order in which they are added."""

    def __init__(self, weights: Weights) -> None:
        """Start an empty graph over the checkpoint's tensors."""
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add a constant and return its name."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def tensor(self, name: str) -> str:
        """Add a tensor of the checkpoint as it is."""
        return self.constant(name, self.weights[name])

    def node(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        """Add a node with one output and return the output's name."""
        self.nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def project(self, name: str, x: str) -> str:
        """Multiply by a linear layer's weight; its bias goes into the fused operator that follows."""
        weight = self.constant(f"{name}.weight", self.weights[f"{name}.weight"].T)
        return self.node("MatMul", [x, weight], f"{name}.product")

    def add_and_norm(self, block: str, x: str, residual: str) -> str:
        """Linear layer, bias, residual and layer norm: the end of both halves of an encoder layer."""
        inputs = [self.project(f"{block}.dense", x), residual]
        inputs += [self.tensor(f"{block}.LayerNorm.{part}") for part in ("weight", "bias")]
        inputs.append(self.tensor(f"{block}.dense.bias"))
        return self.node("SkipLayerNormalization", inputs, f"{block}.output", FUSED, epsilon=EPSILON)


def add_embeddings(graph: GraphWriter) -> str:
    """Word, position and type embeddings and their norm; token ids ``[batch, length]`` to ``[batch, length, 384]``."""
    weights = graph.weights
    positions = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    zero, one, two = (graph.constant(f"index.{i}", np.array([i], np.int64)) for i in range(3))
    graph.node("Shape", ["input_ids"], "shape")
    graph.node("Slice", ["shape", one, two], "length")
    graph.node("Slice", [graph.constant("positions", positions), zero, "length"], "position_vectors")
    graph.node("Gather", [graph.tensor("embeddings.word_embeddings.weight"), "input_ids"], "word_vectors")
    graph.node("Add", ["word_vectors", "position_vectors"], "embedding_sum")
    norm = [graph.tensor(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
    return graph.node("LayerNormalization", ["embedding_sum", *norm], "layer.0", epsilon=EPSILON, axis=-1)


def add_encoder_layer(graph: GraphWriter, index: int, x: str) -> str:
    """Self-attention and feed-forward, both with residual and norm."""
    layer = f"encoder.layer.{index}"
    attention = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
    weight = np.concatenate([graph.weights[f"{name}.weight"].T for name in attention], axis=1)
    bias = np.concatenate([graph.weights[f"{name}.bias"] for name in attention])
    inputs = [x, graph.constant(f"{layer}.qkv.weight", weight), graph.constant(f"{layer}.qkv.bias", bias), "mask_int32"]
    context = graph.node("Attention", inputs, f"{layer}.context", FUSED, num_heads=HEADS)
    attended = graph.add_and_norm(f"{layer}.attention.output", context, x)
    inner = graph.project(f"{layer}.intermediate.dense", attended)
    bias_name = graph.tensor(f"{layer}.intermediate.dense.bias")
    active = graph.node("BiasGelu", [inner, bias_name], f"{layer}.active", FUSED)
    return graph.add_and_norm(f"{layer}.output", active, attended)


def add_pooling(graph: GraphWriter, x: str) -> str:
    """Sum over the real tokens, scaled to length 1: the same direction as their mean."""
    graph.node("Cast", ["attention_mask"], "mask_float", to=TensorProto.FLOAT)
    graph.node("Unsqueeze", ["mask_float", graph.constant("last_axis", np.array([-1], np.int64))], "mask_column")
    graph.node("Mul", [x, "mask_column"], "real_tokens")
    graph.node("ReduceSum", ["real_tokens", "index.1"], "token_sum", keepdims=0)
    graph.node("ReduceL2", ["token_sum"], "token_sum_length", axes=[1], keepdims=1)
    return graph.node("Div", ["token_sum", "token_sum_length"], "embedding")


def build_graph(weights: Weights) -> onnx.ModelProto:
    """Return the float32 model: ``input_ids`` and ``attention_mask`` (int64) to ``embedding`` ``[batch, 384]``."""
    graph = GraphWriter(weights)
    x = add_embeddings(graph)
    graph.node("Cast", ["attention_mask"], "mask_int32", to=TensorProto.INT32)
    for index in range(LAYERS):
        x = add_encoder_layer(graph, index, x)
    add_pooling(graph, x)
    tokens = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", WIDTH])
    body = helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", tokens, [output], graph.constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=9)
