"""All recipes for the built-in course, by the name of the computation."""

from __future__ import annotations

import inspect

from tests.shaken import recipes_of_features, recipes_of_images, recipes_of_trainings
from tests.shaken.draws import Recipe

RECIPES: dict[str, Recipe] = {
    name: function
    for module in (recipes_of_features, recipes_of_images, recipes_of_trainings)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__
}
