"""The pages of a published folder: each record, list, query and term of it, for people, on any web host.

`gathered` brings together what is known of each record, `names` says what things are called, `paths` where pages lie.
`record`, `lists`, `vocabulary` and `questions` make what is shown of plain values, which `values` and `drawing` write
and draw. `render` fills templates, `texts/` holds their words in each language, `assets/` what a browser loads.
`views` are those of all records at once, `order` is that of an alphabet, `kept` leaves alone what nothing changed.
`search` writes what the search field looks up, `rules` tells web servers what leads where. `frame` is what all pages
share, `overview` the pages about the whole, and `site` writes them all.
"""
