select {{ sents(1) }}, {{ cents(1, 2, 3) }}
