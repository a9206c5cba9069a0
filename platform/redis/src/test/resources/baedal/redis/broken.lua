return redis.call('INCRBY', KEYS[1], 'timeout')
