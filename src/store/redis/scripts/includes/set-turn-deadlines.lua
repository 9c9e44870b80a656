-- Lets the latest turn and its events live for `turnRetention` from now on.
-- Needs: turnKey, eventsKey, turnRetention
redis.call('PEXPIRE', turnKey, turnRetention)
redis.call('PEXPIRE', eventsKey, turnRetention)
