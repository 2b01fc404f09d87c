"""The questions: where are those whom the own network talks to, and which own site talks to which place."""
