select '{{ not_ours }}' as id, << 1 >> as n
