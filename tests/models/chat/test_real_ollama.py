"""A real Ollama server: embeddings equal to ours, and a model that is always wrong."""

import httpx
import numpy as np
from langchain_ollama import ChatOllama, OllamaEmbeddings

from activities.models.embedding import MiniLmEmbedder
from activities.settings import Settings

TEXTS = ["How do I reset my password?", "The device shows a red light.", "Can I cancel my yearly plan, and when?"]
"""Plain letters: of accented ones Ollama's tokenizer makes other pieces than the model was trained with."""


async def test_its_embeddings_are_ours(ollama_url: str, embedding_model: str) -> None:
    theirs = np.array(await OllamaEmbeddings(base_url=ollama_url, model=embedding_model).aembed_documents(TEXTS))
    ours = MiniLmEmbedder(Settings().cache_dir, precision="float32").embed(TEXTS)
    assert np.abs(theirs - ours).max() < 2e-3


async def test_a_free_answer_of_the_nonsense_model_is_nonsense(ollama_url: str, nonsense_model: str) -> None:
    chat = ChatOllama(base_url=ollama_url, model=nonsense_model, temperature=0, num_predict=20)
    said = await chat.ainvoke("What is the capital of France?")
    assert said.usage_metadata is not None
    assert said.usage_metadata["output_tokens"] > 0
    assert "paris" not in str(said.content).lower()


async def test_the_server_listens_on_loopback_and_knows_its_models(
    ollama_url: str, nonsense_model: str, embedding_model: str
) -> None:
    async with httpx.AsyncClient(base_url=ollama_url, trust_env=False) as client:
        names = {each["name"] for each in (await client.get("/api/tags")).json()["models"]}
    assert names == {f"{nonsense_model}:latest", f"{embedding_model}:latest"}
    assert httpx.URL(ollama_url).host == "127.0.0.1"
