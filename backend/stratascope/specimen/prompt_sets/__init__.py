"""Prompt sets: generated prompts whose answers, pairs and labels are known, to measure a method on more than one prompt.

Each set is one function of a seeded generator, declared with what it is and what is known about it. Nothing here imports
torch, except `controls` and `measuring`.
"""
