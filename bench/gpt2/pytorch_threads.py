"""GPT-2 124M in PyTorch, fp32, with a KV cache, one thread per request: the way the reference server works.

Reads one JSON line {"concurrency": c, "requests": n, "new_tokens": t, "prompt_tokens": [...]} after the other and answers
each with {"seconds": s, "tokens": k}. Weights are random: the cost is the same.
"""
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import torch
import torch.nn.functional as F

LAYERS, HEADS, WIDTH, VOCABULARY, CONTEXT = 12, 12, 768, 50257, 1024
torch.manual_seed(1)
torch.set_num_threads(int(sys.argv[1]))


def weight(*shape):
    return torch.randn(*shape) * 0.02


embedding, positions = weight(VOCABULARY, WIDTH), weight(CONTEXT, WIDTH)
blocks = [
    {
        "attention": (weight(WIDTH, 3 * WIDTH), weight(3 * WIDTH)),
        "projection": (weight(WIDTH, WIDTH), weight(WIDTH)),
        "wide": (weight(WIDTH, 4 * WIDTH), weight(4 * WIDTH)),
        "narrow": (weight(4 * WIDTH, WIDTH), weight(WIDTH)),
        "norms": [(torch.ones(WIDTH), torch.zeros(WIDTH)) for _ in range(2)],
    }
    for _ in range(LAYERS)
]
last_norm = (torch.ones(WIDTH), torch.zeros(WIDTH))


def norm(x, parameters):
    return F.layer_norm(x, (WIDTH,), *parameters)


def linear(x, parameters):
    return torch.addmm(parameters[1], x, parameters[0])


def by_head(x):
    return x.view(-1, HEADS, WIDTH // HEADS).transpose(0, 1)


def forward(tokens, past, cache):
    """The logits after the last of the tokens; keys and values are appended to the cache."""
    count = tokens.shape[0]
    x = embedding[tokens] + positions[past : past + count]
    mask = torch.full((count, past + count), float("-inf")).triu(past + 1) if count > 1 else None
    for index, block in enumerate(blocks):
        q, k, v = (by_head(part) for part in linear(norm(x, block["norms"][0]), block["attention"]).split(WIDTH, 1))
        if cache[index] is not None:
            k, v = torch.cat((cache[index][0], k), 1), torch.cat((cache[index][1], v), 1)
        cache[index] = (k, v)
        scores = q @ k.transpose(1, 2) * (WIDTH // HEADS) ** -0.5
        if mask is not None:
            scores = scores + mask
        context = (scores.softmax(-1) @ v).transpose(0, 1).reshape(count, WIDTH)
        x = x + linear(context, block["projection"])
        wide = F.gelu(linear(norm(x, block["norms"][1]), block["wide"]), approximate="tanh")
        x = x + linear(wide, block["narrow"])
    return norm(x[-1:], last_norm) @ embedding.T


def generate(prompt_length, new_tokens):
    with torch.inference_mode():
        cache = [None] * LAYERS
        tokens = torch.randint(0, VOCABULARY, (prompt_length,))
        past = 0
        for _ in range(new_tokens):
            best = forward(tokens, past, cache).argmax(-1)
            past += tokens.shape[0]
            tokens = best
    return new_tokens


print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    order = json.loads(line)
    lengths = order["prompt_tokens"]
    with ThreadPoolExecutor(order["concurrency"]) as pool:
        started = time.perf_counter()
        work = [pool.submit(generate, lengths[i % len(lengths)], order["new_tokens"]) for i in range(order["requests"])]
        tokens = sum(one.result() for one in work)
    print(json.dumps({"seconds": time.perf_counter() - started, "tokens": tokens}), flush=True)
