{% macro open(x) %}{{ x }}
