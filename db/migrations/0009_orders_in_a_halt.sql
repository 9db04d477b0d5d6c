-- Whether the operator has the users' orders taken out of an instrument that is halted or closed. A new column with a
-- default: safe while another version runs, which leaves the orders where they are.
ALTER TABLE instrument
  ADD COLUMN cancels_orders boolean NOT NULL DEFAULT false;
