select {{ cents(1 }}
