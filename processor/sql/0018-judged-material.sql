-- What evaluators are shown of an interaction, as a number: a line speaks of the material that it was
-- made of, and an interaction whose material has changed since is evaluated again. 0 in lines of
-- earlier versions, which hold for any material, and in those about conversations.
ALTER TABLE calibrant.interactions {{on_cluster}} ADD COLUMN IF NOT EXISTS material UInt64
  DEFAULT cityHash64(input_text, output_text, system_text, context, tool_calls, status);
ALTER TABLE calibrant.evaluations {{on_cluster}} ADD COLUMN IF NOT EXISTS material UInt64 DEFAULT 0;
