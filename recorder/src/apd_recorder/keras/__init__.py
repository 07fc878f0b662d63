"""Recording of Keras: version 3 on each of its backends, and ``tf.keras`` 2."""
