"""Computing: a bounded queue in the api process, one job at a time in a worker process that may die.

The api side (`supervisor` and what it uses) never imports torch. The worker side is `worker`, `desk`, `bench`, `shelf` and
`hygiene`.
"""
