-- One database and one user for each service. Runs at every start, so each statement may be repeated.
\getenv postgres_password POSTGRES_PASSWORD
\getenv order_password ORDER_PASSWORD
\getenv payment_password PAYMENT_PASSWORD

SELECT format('CREATE ROLE %I LOGIN', service)
  FROM unnest(ARRAY['order', 'payment']) AS service
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = service) \gexec

SELECT format('CREATE DATABASE %I OWNER %I', 'baedal_' || service, service)
  FROM unnest(ARRAY['order', 'payment']) AS service
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'baedal_' || service) \gexec

-- A user can connect to the database of its own service only.
REVOKE CONNECT ON DATABASE baedal_order, baedal_payment, postgres FROM PUBLIC;

ALTER ROLE postgres PASSWORD :'postgres_password';
ALTER ROLE "order" PASSWORD :'order_password';
ALTER ROLE payment PASSWORD :'payment_password';
