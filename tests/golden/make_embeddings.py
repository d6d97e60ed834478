"""What sentence-transformers and scikit-learn say about fixed embeddings → embeddings.json.

losses: each case has embeddings [batch][size], the texts of its groups by number, the scores, the
settings, the loss and its gradient by the embeddings. metrics: what the evaluators give for fixed
vectors. logistic: the coefficients of `LogisticRegression`. pooling: a batch's token embeddings and
what `Pooling` makes of them.
All in float64 from float32 numbers, so that both sides read the same.
"""

import warnings

import numpy
import torch
from sentence_transformers.sentence_transformer import evaluation, losses
from sentence_transformers.sentence_transformer.losses.matryoshka import shrink
from sentence_transformers.sentence_transformer.modules import Pooling
from sentence_transformers.util import cos_sim
from sklearn.linear_model import LogisticRegression

from golden import HERE, save_json

PACKAGES = ("torch", "sentence-transformers", "scikit-learn", "scipy", "numpy")
SIZE = 8
random = numpy.random.default_rng(12)


def rounded(numbers):
    """The float32 numbers nearest to these."""
    return numpy.asarray(numbers).astype(numpy.float32).astype(numpy.float64)


def floats(*shape):
    return rounded(random.normal(size=shape))


def loss_case(name, loss, groups, columns, scores=None, dimensions=None, **settings):
    """Embeddings stand group by group, as in a batch of ours; the losses take them by column."""
    embeddings = torch.tensor(floats(groups * columns, SIZE), requires_grad=True)
    labels = None if scores is None else torch.tensor(scores, dtype=torch.float64)

    def of(vectors):
        by_column = [vectors[column::columns] for column in range(columns)]
        return loss.compute_loss_from_embeddings(by_column, labels)

    if dimensions is None:
        value = of(embeddings)
    else:
        value = sum(of(shrink(embeddings, size)) for size in dimensions)
    value.backward()
    return {
        "name": name,
        "settings": {**settings, **({} if dimensions is None else {"dimensions": dimensions})},
        "texts": numpy.arange(groups * columns).reshape(groups, columns).tolist(),
        "scores": [] if scores is None else list(scores),
        "embeddings": embeddings.tolist(),
        "loss": value.item(),
        "gradient": embeddings.grad.tolist(),
    }


def loss_cases():
    ranking = lambda **options: losses.MultipleNegativesRankingLoss(None, **options)
    symmetric = dict(directions=("query_to_doc", "doc_to_query"), partition_mode="per_direction")
    euclidean = losses.TripletDistanceMetric.EUCLIDEAN
    cosine = losses.TripletDistanceMetric.COSINE
    siamese = losses.SiameseDistanceMetric
    scores = [0.1, 0.9, 0.4, 0.4, 0.75, 0.0]
    labels = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0]
    name = "multipleNegativesRanking"
    return [
        loss_case(name, ranking(), 6, 2),
        loss_case(name, ranking(scale=5.0), 6, 2, scale=5),
        loss_case(name, ranking(), 5, 3),
        loss_case(name, ranking(), 4, 4),
        loss_case(name, ranking(**symmetric), 6, 2, symmetric=True),
        loss_case(name, ranking(**symmetric), 5, 3, symmetric=True),
        loss_case("cosent", losses.CoSENTLoss(None), 6, 2, scores),
        loss_case("cosent", losses.CoSENTLoss(None), 6, 2, [0.5] * 6),
        loss_case("cosent", losses.CoSENTLoss(None, scale=10.0), 6, 2, labels, scale=10),
        loss_case("cosineSimilarity", losses.CosineSimilarityLoss(None), 6, 2, scores),
        loss_case("triplet", losses.TripletLoss(None, euclidean), 5, 3),
        loss_case("triplet", losses.TripletLoss(None, euclidean, 0.5), 5, 3, margin=0.5),
        loss_case("triplet", losses.TripletLoss(None, cosine, 0.5), 5, 3, distance="cosine", margin=0.5),
        loss_case("contrastive", losses.ContrastiveLoss(None), 6, 2, labels),
        loss_case(
            "contrastive", losses.ContrastiveLoss(None, siamese.EUCLIDEAN, 4.0), 6, 2, labels,
            distance="euclidean", margin=4,
        ),
        loss_case(name, ranking(), 6, 2, dimensions=[8, 4, 2]),
        loss_case("cosent", losses.CoSENTLoss(None), 6, 2, scores, dimensions=[8, 3]),
        loss_case("triplet", losses.TripletLoss(None, euclidean), 5, 3, dimensions=[8, 4]),
    ]


def softmax_case(groups, classes):
    """`SoftmaxLoss` reads a model's embeddings in its `forward`, so that the model is one that has them."""
    own = numpy.random.default_rng(13)
    numbers = lambda *shape: torch.tensor(rounded(own.normal(size=shape)), requires_grad=True)
    embeddings = numbers(groups * 2, SIZE)
    scores = (numpy.arange(groups) % classes).tolist()

    class Fixed(torch.nn.Module):
        device = torch.device("cpu")

        def forward(self, features):
            return {"sentence_embedding": features["vectors"]}

    loss = losses.SoftmaxLoss(Fixed(), SIZE, classes)
    weight, bias = numbers(classes, 3 * SIZE), numbers(classes)
    loss.classifier.weight = torch.nn.Parameter(weight.detach().clone())
    loss.classifier.bias = torch.nn.Parameter(bias.detach().clone())
    value = loss([{"vectors": embeddings[0::2]}, {"vectors": embeddings[1::2]}], torch.tensor(scores))
    value.backward()
    named = {"loss.classifier.weight": loss.classifier.weight, "loss.classifier.bias": loss.classifier.bias}
    return {
        "name": "softmax",
        "settings": {},
        "classes": classes,
        "texts": numpy.arange(groups * 2).reshape(groups, 2).tolist(),
        "scores": scores,
        "embeddings": embeddings.tolist(),
        "parameters": {name: tensor.flatten().tolist() for name, tensor in named.items()},
        "loss": value.item(),
        "gradient": embeddings.grad.tolist(),
        "parameterGradients": {name: tensor.grad.flatten().tolist() for name, tensor in named.items()},
    }


def fixed(evaluator, vectors):
    """An evaluator that is given vectors, [texts][size], where it asks for those of text numbers."""

    class Fixed(evaluator):
        def embed_inputs(self, model, sentences, **_):
            return numpy.stack([vectors[int(text)] for text in sentences])

    return Fixed


class Model:
    """All that the evaluators ask of a model beside embeddings."""

    similarity_fn_name = "cosine"
    similarity = staticmethod(cos_sim)
    model_card_data = None


def metric_cases():
    def scored(evaluator, *arguments, **options):
        made = evaluator(*arguments, write_csv=False, **options)
        made.store_metrics_in_model_card_data = lambda *_: None
        return {name: float(value) for name, value in made(Model()).items()}

    rows = 40
    names = lambda numbers: [f"{number:04d}" for number in numbers]
    cases = []
    # Pairs with scores, some of them equal.
    vectors = floats(2 * rows, SIZE)
    first, second = range(rows), range(rows, 2 * rows)
    scores = random.integers(0, 11, rows) / 2
    found = scored(
        fixed(evaluation.EmbeddingSimilarityEvaluator, vectors), names(first), names(second), scores.tolist()
    )
    cases.append({"kind": "similarity", "vectors": vectors.tolist(), "scores": scores.tolist(), "found": found})
    # Pairs with 0 and 1; the last ten are copies of the first, so that cosines tie.
    for labels in (random.integers(0, 2, rows), numpy.ones(rows, dtype=int), (numpy.arange(rows) == 7).astype(int)):
        vectors = floats(2 * rows, SIZE)
        vectors[rows : 2 * rows : 2] += vectors[0:rows:2] * labels[::2, None]
        vectors = rounded(vectors)
        vectors[rows - 10 : rows] = vectors[:10]
        vectors[2 * rows - 10 :] = vectors[rows : rows + 10]
        found = scored(
            fixed(evaluation.BinaryClassificationEvaluator, vectors), names(first), names(second), labels.tolist()
        )
        cases.append({"kind": "pairs", "vectors": vectors.tolist(), "labels": labels.tolist(), "found": found})
    # Triplets: a power of two, since the evaluator divides in float32.
    rows = 32
    vectors = floats(3 * rows, SIZE)
    vectors[rows : 2 * rows] += 0.3 * vectors[:rows]
    vectors = rounded(vectors)
    parts = [names(range(at * rows, (at + 1) * rows)) for at in range(3)]
    found = scored(fixed(evaluation.TripletEvaluator, vectors), *parts)
    cases.append({"kind": "triplets", "vectors": vectors.tolist(), "found": found})
    # Retrieval: some queries have several right texts; texts 20 to 24 are copies of 0 to 4 and tie.
    for queries, corpus, spread in ((25, 60, 1.5), (12, 7, 1.0)):
        vectors = floats(corpus + queries, SIZE)
        if corpus > 24:
            vectors[20:25] = vectors[:5]
        relevant = [
            sorted(random.choice(corpus, size=1 + int(random.integers(0, 3)), replace=False).tolist())
            for _ in range(queries)
        ]
        for query, texts in enumerate(relevant):
            vectors[corpus + query] = vectors[texts].mean(axis=0) + spread * vectors[corpus + query]
        vectors = rounded(vectors)
        found = scored(
            fixed(evaluation.InformationRetrievalEvaluator, vectors),
            {f"q{query}": str(corpus + query) for query in range(queries)},
            {f"{text:04d}": str(text) for text in range(corpus)},
            {f"q{query}": {f"{text:04d}" for text in texts} for query, texts in enumerate(relevant)},
            mrr_at_k=[10], ndcg_at_k=[10], precision_recall_at_k=[1, 5, 10], accuracy_at_k=[1, 5, 10],
        )
        cases.append({
            "kind": "retrieval", "vectors": vectors.tolist(), "corpus": corpus, "relevant": relevant,
            "found": found,
        })
    return cases


def logistic_cases():
    cases = []
    for classes, rows, size, c in ((2, 16, 6, 1.0), (3, 24, 6, 1.0), (3, 24, 30, 10.0), (4, 15, 5, 0.05)):
        labels = numpy.arange(rows) % classes
        centres = floats(classes, size)
        vectors = rounded(floats(rows, size) + centres[labels])
        model = LogisticRegression(C=c, tol=1e-12, max_iter=100_000).fit(vectors, labels)
        asked = floats(5, size)
        cases.append({
            "c": c, "vectors": vectors.tolist(), "labels": [f"class {label}" for label in labels],
            "coefficients": model.coef_.tolist(), "intercepts": model.intercept_.tolist(),
            "asked": asked.tolist(), "probabilities": model.predict_proba(asked).tolist(),
        })
    return cases


def pooling_cases():
    lengths, longest, size = [3, 7, 1, 5], 7, 4
    tokens = floats(len(lengths), longest, size)
    mask = (numpy.arange(longest)[None, :] < numpy.array(lengths)[:, None]).astype(numpy.int64)
    features = lambda: {"token_embeddings": torch.tensor(tokens), "attention_mask": torch.tensor(mask)}
    modes = {"mean": "mean", "cls": "cls", "last": "lasttoken"}
    return {
        "lengths": lengths,
        "tokens": tokens.tolist(),
        **{
            name: Pooling(size, pooling_mode=mode)(features())["sentence_embedding"].tolist()
            for name, mode in modes.items()
        },
    }


if __name__ == "__main__":
    # The undefined cases warn, and are wanted.
    warnings.simplefilter("ignore")
    content = {
        "losses": [*loss_cases(), softmax_case(7, 3)], "metrics": metric_cases(), "logistic": logistic_cases(), "pooling": pooling_cases(),
    }
    save_json(HERE / "embeddings.json", content, PACKAGES)
