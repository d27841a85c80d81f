{{ exceptions.raise_compiler_error('no ' ~ model.name) }}
