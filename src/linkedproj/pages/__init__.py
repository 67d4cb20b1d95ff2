"""The pages of a published folder: each record, list, query and term of it, for people, on any web host.

`gathered` brings together what is known of each record, in memory that does not grow with the portfolio; `names` says
what things are called, `paths` where their pages lie. `record`, `lists`, `overview`, `vocabulary` and `questions` make
what is shown of plain values; `render` fills templates with it, `texts/` holds their words in each language, `assets/`
what a browser loads. `rules` tells web servers what leads where. `site` writes it all.
"""
