using System.Text;
using CsCheck;
using RedshiftEtl.Engine.Extract;

namespace RedshiftEtl.Engine.Tests.Extract;

public class CsvRowsTests
{
    [Fact]
    public void Row_ends_are_found_wherever_the_stream_is_cut() =>
        Gen.Select(Gen.Int[0, 3].Select(i => "\"\n,x"[i]).Array[0, 40], Gen.Int[1, 7]).Sample((characters, step) =>
        {
            byte[] bytes = Encoding.ASCII.GetBytes(characters);
            var rows = new CsvRows();
            for (int i = 0; i < bytes.Length; i += step)
            {
                rows.Scan(bytes.AsSpan(i, Math.Min(step, bytes.Length - i)), i);
            }

            int count = 0;
            int end = 0;
            bool isQuoted = false;
            for (int i = 0; i < bytes.Length; i++)
            {
                isQuoted ^= bytes[i] == '"';
                if (bytes[i] == '\n' && !isQuoted)
                {
                    count++;
                    end = i + 1;
                }
            }

            return rows.Count == count && rows.End == end;
        });
}
