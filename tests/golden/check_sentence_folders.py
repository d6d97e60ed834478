"""Opens folders with sentence-transformers and says what vectors they give.

check_sentence_folders.py TEXTS.json FOLDER… prints {"made_with", "vectors": {folder: [texts][size]}}.
check_sentence_folders.py TEXTS.json --save BASE FOLDER POOLING NORMALIZE first writes FOLDER from the
transformer in BASE as sentence-transformers does.
"""

import json
import sys
from pathlib import Path

from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Normalize, Transformer
from sentence_transformers.sentence_transformer.modules import Pooling

from golden import made_with

PACKAGES = ("torch", "transformers", "sentence-transformers")


def save(base: str, folder: str, pooling: str, normalize: str) -> None:
    transformer = Transformer(base, max_seq_length=16)
    parts = [transformer, Pooling(transformer.get_embedding_dimension(), pooling_mode=pooling)]
    SentenceTransformer(modules=parts + [Normalize()] * (normalize == "true"), device="cpu").save(folder)


def main(texts: str, *arguments: str) -> None:
    if arguments[0] == "--save":
        save(*arguments[1:])
        arguments = arguments[2:3]
    sentences = json.loads(Path(texts).read_text())
    vectors = {
        folder: SentenceTransformer(folder, device="cpu").encode(sentences).tolist() for folder in arguments
    }
    print(json.dumps({"made_with": made_with(*PACKAGES), "vectors": vectors}))


if __name__ == "__main__":
    main(*sys.argv[1:])
