using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Plan;

/// <summary>Matches the parameters that are given with those that stand in SQL: one dictionary feeds the source query and the delete.</summary>
public static class ParameterSet
{
    /// <summary>The values for a run.</summary>
    /// <param name="definitions">What is given.</param>
    /// <param name="now">The run's start.</param>
    /// <param name="used">The SQL that runs: every parameter in it must be given.</param>
    /// <param name="known">All SQL that the parameters may be for: every one given must stand in some of it.</param>
    /// <exception cref="EtlException"><see cref="Fault.ParameterMissing"/>, <see cref="Fault.ParameterUnused"/>, each with the nearest name.</exception>
    public static IReadOnlyList<EtlParameter> Resolve(
        IReadOnlyList<ParameterDefinition> definitions, DateTimeOffset now, IEnumerable<SqlText> used, IEnumerable<SqlText> known) =>
        Resolve(definitions, null, now, used, known);

    /// <summary>As the other one, with the job's watermark, which no definition gives.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ParameterMissing"/>, <see cref="Fault.ParameterUnused"/>.</exception>
    internal static IReadOnlyList<EtlParameter> Resolve(
        IReadOnlyList<ParameterDefinition> definitions, EtlParameter? watermark, DateTimeOffset now, IEnumerable<SqlText> used, IEnumerable<SqlText> known)
    {
        definitions = watermark is null ? definitions : ParameterDefinition.Merge(definitions, [new ParameterDefinition(watermark.Name, watermark.Value)]);
        string[] given = definitions.Select(definition => definition.Name).ToArray();
        foreach (SqlText sql in used)
        {
            foreach (ParameterReference reference in sql.References)
            {
                if (!given.Contains(reference.Name, StringComparer.OrdinalIgnoreCase))
                {
                    throw new EtlException(Fault.ParameterMissing,
                        $"{sql.Describe(reference.Start)} uses @{reference.Name}, but no such parameter is given.{NearestName.Hint(reference.Name, given)}", reference.Name);
                }
            }
        }

        var standing = known.SelectMany(sql => sql.References).Select(reference => reference.Name).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        string[] unused = given.Except(standing, StringComparer.OrdinalIgnoreCase).ToArray();
        if (unused.Length > 0)
        {
            throw new EtlException(Fault.ParameterUnused,
                $"Parameter '{string.Join("', '", unused)}' is given, but no SQL uses @{unused[0]}.{NearestName.Hint(unused[0], standing)}", unused[0]);
        }

        return definitions.Select(definition => definition.Resolve(now)).ToArray();
    }
}
