using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

public class ConventionTests
{
    private static readonly string[] s_changing = ["Invoke", "Send", "Stop", "Export", "Remove", "Resume", "Set", "New", "Optimize", "Register", "Unregister"];

    [Fact]
    public void Verbs_are_approved_and_cmdlets_say_what_they_return_and_whether_they_change_something()
    {
        string[] verbs = new[] { typeof(VerbsCommon), typeof(VerbsData), typeof(VerbsLifecycle), typeof(VerbsDiagnostic), typeof(VerbsCommunications), typeof(VerbsSecurity), typeof(VerbsOther) }
            .SelectMany(type => type.GetFields()).Select(field => (string)field.GetValue(null)!).ToArray();
        Assert.All(Cmdlets(), cmdlet =>
        {
            Assert.Contains(cmdlet.Verb, verbs);
            Assert.NotEmpty(cmdlet.OutputType);
            Assert.Equal(s_changing.Contains(cmdlet.Verb), cmdlet.Parameters.ContainsKey("WhatIf"));
        });
    }

    [Fact]
    public void A_parameter_has_the_same_type_everywhere()
    {
        string[] several = ["Name", "Source", "Job"];
        var types = Cmdlets().SelectMany(cmdlet => cmdlet.Parameters.Values)
            .GroupBy(parameter => parameter.Name, parameter => parameter.ParameterType, StringComparer.OrdinalIgnoreCase);
        Assert.All(types.Where(group => !several.Contains(group.Key)), group => Assert.Single(group.Distinct()));
    }

    private static List<CmdletInfo> Cmdlets()
    {
        using var session = new ModuleSession();
        return session.Run("Get-Command -Module RedshiftEtl -CommandType Cmdlet").Clean().Output.Select(item => (CmdletInfo)item.BaseObject).ToList();
    }
}
