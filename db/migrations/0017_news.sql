-- What has happened in the market, as it was told, so that who comes later can read it. Written beside the journal, as bars
-- are: nothing that counts hangs on it. Of epoch 0 is what a first history drew. A new table only: safe while another
-- version runs, which knows no news.
CREATE TABLE news (
  epoch bigint NOT NULL CONSTRAINT news_epoch CHECK (epoch >= 0),
  number int NOT NULL CONSTRAINT news_number CHECK (number > 0),  -- of the epoch, in the order told
  time_ms bigint NOT NULL,                                        -- market time
  symbol text COLLATE "C",                                        -- null: of the whole market
  kind text NOT NULL,
  headline text NOT NULL,
  CONSTRAINT news_pkey PRIMARY KEY (epoch, number)
);
CREATE INDEX news_time ON news (time_ms);
